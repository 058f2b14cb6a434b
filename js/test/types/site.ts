/* What the scripts of a site may write, and what they may not: it is never run, tsc reads it. A line that is expected to
   be an error and is none is one. */

const block: HTMLElement = document.querySelector<HTMLElement>("[data-mizan]")!;

mizan.invalidate("user", { user_id: 5, tab: null });
mizan.invalidate("user;user_id=5, cart");
window.mizan.invalidate("cart", {}, { version: "5f0c29ab.17", source: "script", among: [block] });
mizan.refresh(block);
mizan.fail(block, 404, "why");
mizan.retry();
mizan.deliver(new XMLHttpRequest(), new Map([["me", null]]), new Map([["me", "5f0c29ab.17"]]), null);
mizan.start({ version: "4.0.1" });

const texts: string[] = mizan.fields.show(document.forms[0]!, { name: ["Taken."] });
mizan.fields.clear(document.forms[0]!);
mizan.announce(texts.join());
const session: string = mizan.session() ?? "anonymous";
const contexts: string[] = mizan.parse(session).map(({ context, params }) => context + params.user_id);
const isCovered: boolean = mizan.covers("user", mizan.format("user", { user_id: 5 }));
const later: number = mizan.later("5f0c29ab.17", null);

export const wait = async (): Promise<number> => {
  await mizan
    .quiet({ timeout: 500 })
    .catch((error: Mizan.QuietError) => console.log(error.blocks[0]?.reason));
  await mizan.send("chat", { room: "a" }, { text: "Hi" });
  try {
    const { name } = await mizan.call<{ name: string }>("rename", { user_id: 5, name: "Ada" });
    return name.length;
  } catch (error) {
    const { code, fields, status } = error as Mizan.CallError;
    return code.length + (fields.name?.length ?? 0) + status;
  }
};

document.addEventListener("mizan:invalidate", (event) => {
  const [first] = event.detail.blocks;
  if (event.detail.cause?.status === 204 && first) event.preventDefault();
});
document.addEventListener("htmx:responseError", (event) => void mizan.isRefresh(event));
addEventListener("mizan:refreshed", ({ detail }) => console.log(detail.milliseconds, detail.together));
block.addEventListener("mizan:error", ({ detail }) => {
  if (detail.status === undefined) console.log(detail.code, detail.fields);
  else console.log(detail.status, detail.wait);
});
document.addEventListener("mizan:keep", ({ detail: { keep, fresh } }) => keep(fresh));
document.addEventListener("mizan:session", ({ detail }) => console.log(detail.state === "returned"));
document.addEventListener("mizan:request", ({ detail }) => {
  detail.headers["X-Mine"] = "1";
});
document.addEventListener("mizan:failed", ({ detail }) =>
  console.log(detail.isCommitted === "no", detail.message),
);

// @ts-expect-error: a value of a parameter is no object
mizan.invalidate("user", { user_id: {} });
// @ts-expect-error: there is no such option
mizan.invalidate("user", {}, { versions: "5f0c29ab.17" });
// @ts-expect-error: a block is an element
mizan.refresh("#me");
// @ts-expect-error: internal
mizan.dom;
// @ts-expect-error: the object is frozen, and its properties are
mizan.htmx = null;
// @ts-expect-error: there is no such state
document.addEventListener("mizan:session", ({ detail }) => detail.state === "over");
// @ts-expect-error: this event has no status
document.addEventListener("mizan:refreshed", ({ detail }) => detail.status);

export { contexts, isCovered, later };
