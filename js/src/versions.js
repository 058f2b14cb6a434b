/* Versions of live blocks, and of what makes them stale: "5f0c29ab.17" is the 17th change in the life of that store. Of
   two lives, or where a version is missing, which is newer is unknown. */

/**
 * Return how many changes a version is later than another one; NaN if they can't be compared.
 * @param {string | null | undefined} one
 * @param {string | null | undefined} other
 */
export const later = (one, other) => {
  const [epoch, count] = (one ?? "").split(".");
  const [life, since] = (other ?? "").split(".");
  return count && since && epoch === life ? Number(count) - Number(since) : NaN;
};
