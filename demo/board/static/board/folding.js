/* A column's cards can be folded away. What is set here is in no HTML of the server, and outlives the refreshes of the
   column nevertheless. */

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button.fold");
  if (!button) return;
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  document.getElementById(button.getAttribute("aria-controls")).hidden = isOpen;
});
