/* The types that several modules share. */

/** What the shim uses of htmx. */
interface Htmx {
  version: string;
  config: HtmxConfig;
  process(element: Node, force?: boolean): void;
  trigger(element: EventTarget | string, name: string, detail?: unknown): void;
  find(selector: string): Element | null;
  ajax(method: string, url: string, context: object): Promise<void>;
  parseInterval(text: string | number | undefined): number | undefined;
  swap(...given: unknown[]): unknown;
  /** Only htmx 2 has it. */
  defineExtension(name: string, extension: object): void;
  /** Only htmx 4 has it: false if htmx.config.extensions does not list the extension. */
  registerExtension(name: string, extension: object): boolean | void;
}

interface HtmxConfig {
  metaCharacter?: string;
  extensions?: string;
  allowScriptTags?: boolean;
  inlineScriptNonce?: string;
  disableInheritance?: boolean;
  implicitInheritance?: boolean;
  defaultSwapStyle: string;
  defaultSwapDelay: number;
  defaultSettleDelay: number;
  defaultTimeout?: string | number;
  globalViewTransitions?: boolean;
  history?: boolean | "reload";
  responseHandling: { code: string; swap?: boolean; error?: boolean; target?: string }[];
  noSwap?: (string | number)[];
}

/** A request of htmx 4. */
interface HtmxContext {
  sourceElement: HTMLElement;
  sourceEvent?: Event;
  target: HTMLElement;
  request: {
    method: string;
    action: string;
    headers: Record<string, string>;
    body: FormData | URLSearchParams | null;
    timeout?: string | number;
    signal?: AbortSignal;
  };
  response?: { status: number; headers: Headers; raw: Response };
  text?: string;
  status: string;
  select?: string;
  selectOOB?: string;
  hx?: Record<string, string>;
  fetch: typeof fetch;
}

/** The detail of htmx:configRequest of htmx 2. */
interface Htmx2Config {
  verb: string;
  path: string;
  headers: Record<string, string>;
  elt: HTMLElement;
  parameters: FormData;
  triggeringEvent?: Event;
}

/** The detail of htmx:beforeRequest and htmx:beforeSend of htmx 2. */
interface Htmx2Send {
  xhr: XMLHttpRequest;
  elt: HTMLElement;
  target: HTMLElement;
  pathInfo: { finalRequestPath: string };
  requestConfig: { verb: string; headers: Record<string, string>; elt: HTMLElement };
}

/** The detail of htmx:beforeSwap of htmx 2. */
interface Htmx2Swap {
  xhr: XMLHttpRequest;
  elt: HTMLElement;
  target: Element;
  shouldSwap: boolean;
  isError: boolean;
  selectOverride?: string;
  swapOverride?: string;
}

/** A request of htmx: an XMLHttpRequest of htmx 2, or a context of htmx 4. */
type HtmxRequest = XMLHttpRequest | HtmxContext;

/** What an entry of X-Mizan-Invalidate, or of data-mizan, names. */
interface Entry {
  context: string;
  params: Record<string, string>;
}

/** What became stale: its entries, and the version that it has since. */
interface Invalidation {
  entries: Entry[];
  version?: string | null;
}

/** What came for a block with the response to a mutation: its HTML, or null if it is unchanged; and that response's policy. */
interface Delivered {
  piece: string | null | undefined;
  policy: string | null;
}

/** A request of htmx that is under way. */
interface Flight {
  request: HtmxRequest;
  element: HTMLElement;
  target: HTMLElement;
  /** The block that it refreshes. */
  block: HTMLElement | null;
  method: string;
  isSafe: boolean;
  url: string;
  began: number;
  /** What became stale after it was sent. Its response may be older than that. */
  late: Invalidation[];
  /** How many blocks came with the response. */
  together: number;
  /** Its response sends the page somewhere else. */
  leaves: boolean;
  /** It fetches a page of the history. */
  isRestore: boolean;
  /** Its response is being swapped in; of a visitor's request. */
  isSwapping?: boolean;
  status?: number;
  /** A listener of mizan:answer keeps the response out of the page. */
  isRefused?: boolean;
  /** The response is a block. */
  isProven?: boolean;
  /** What was received, for messages. */
  got?: string;
  /** Milliseconds until it may be sent again. */
  wait?: number;
  /** The response has made something stale, since this version. */
  isMarked?: boolean;
  version?: string | null;
  /** The blocks and the content of the block right before the swap. */
  shown?: Set<Element>;
  former?: string;
  /** The swap has failed. */
  isBroken?: boolean;
  /** The preserving morph has put the response in place. */
  isReplaced?: boolean;
  /** Takes back what keeps inherited attributes from the block. */
  restore?: () => void;
}

/** What a failed refresh is reported with. */
interface Failure {
  block: HTMLElement;
  status?: number;
  url?: string;
  got?: string;
  wait?: number;
}

interface RequestDetail {
  element: HTMLElement;
  method: string;
  isSafe: boolean;
  url: string;
  headers: Record<string, string>;
  body: FormData | URLSearchParams | null;
  event?: Event;
}

interface AnswerDetail {
  request: HtmxRequest;
  element: HTMLElement;
  target: HTMLElement;
  block: HTMLElement | null;
  method: string;
  isSafe: boolean;
  url: string;
  status: number;
  header(name: string): string | null;
  answered: string;
  reason?: string;
}

/** Why a call, or a message, has failed. */
interface CallError extends Error {
  /** 0 where there is no answer. */
  status: number;
  code: string;
  /** Messages for visitors, by the name of the argument. */
  fields: Record<string, string[]>;
}

/** What the socket answers. */
interface SocketReply {
  data?: any;
  version?: string;
  /** Of an error: false if nothing was sent. */
  isSent?: boolean;
}

/** What mizan-live.js offers to mizan.js. */
interface Socket {
  isOpen(): boolean;
  ask(frame: object): Promise<SocketReply>;
  send(channel: string, params: object, data: object): Promise<unknown>;
  beginChange(request: object): void;
  endChange(request: object): void;
}

interface SessionDetail {
  state: "ended" | "other" | "returned";
  reason: string | null;
  element: HTMLElement | null;
  status: number;
}

interface InvalidateDetail extends Invalidation {
  header: string;
  version: string | null;
  blocks: HTMLElement[];
  source: string;
  cause?: { method: string; url: string; status: number; element: HTMLElement };
}

/** What became of a request: mizan:done and mizan:read. */
interface DoneDetail {
  status: number;
  element: HTMLElement;
  method: string;
  url: string;
  request: HtmxRequest;
}

/** What became of a request that did not work: mizan:failed. */
interface FailedDetail extends DoneDetail {
  code: string;
  message: string;
  isOwn: boolean;
  fields: Record<string, Texts> | null;
  isCommitted: "no" | "maybe";
  event?: Event;
  retryAfter: number | null;
  page: string | null;
  isShown: boolean;
}

/** What the server says of a field. */
type Texts = string | Texts[];

interface String {
  /** Since 2024. */
  toWellFormed?(): string;
}

/** What Bootstrap has in a window. */
type Bootstrap = Record<
  "Modal" | "Offcanvas",
  { getInstance(element: Element): { hide(): void } | null } | undefined
>;

interface Window {
  bootstrap?: Partial<Bootstrap>;
  htmx?: unknown;
  Idiomorph?: { morph(target: Node, content: Node, options: object): unknown };
  Alpine?: { evaluate(element: Element, expression: string): unknown };
}
