/* Types of what mizan_htmx gives to the scripts of a page: window.mizan, and its events. docs/shim.md describes them.

   Name this file in tsconfig.json ("include"), or in a script: /// <reference path="…/mizan_htmx/mizan.d.ts" /> */

declare namespace Mizan {
  /** A context and its parameters, as in X-Mizan-Invalidate. */
  interface Entry {
    context: string;
    params: Record<string, string>;
  }

  /** The value of a parameter. Those that are null or undefined are left out. */
  type Value = string | number | bigint | boolean | null | undefined;
  type Values = Record<string, Value>;

  /** What caused an invalidation. */
  type Source = "response" | "cookie" | "script" | "tab" | "socket" | "return" | "poll" | (string & {});

  /** A request of htmx: an XMLHttpRequest on htmx 2, a context on htmx 4. */
  type HtmxRequest = XMLHttpRequest | object;

  interface InvalidateOptions {
    /** Blocks that have this version or a later one stay. */
    version?: string | null;
    /** The `source` of the event; "script" by default. */
    source?: Source;
    /** The blocks that it can concern; all of the page by default. */
    among?: Iterable<Element>;
  }

  /** Texts by the name of their field; those under `__all__` belong to no field. */
  type FieldErrors = Record<string, string[]>;

  type Texts = string | Texts[];

  /** Why a message was not sent. */
  interface SendError extends Error {
    /** "OFFLINE" if there was no response. */
    code: string;
    fields: FieldErrors;
  }

  /** Why a call has failed. */
  interface CallError extends SendError {
    /** The status of the response; 0 without one. */
    status: number;
  }

  /** The page has not become quiet in time. */
  interface QuietError extends Error {
    /** What it was waiting for; `block` is null for a request that is not a block's. */
    blocks: { block: Element | null; context: string | null; reason: string }[];
  }

  interface Fields {
    /** Show messages at their fields; return the texts that belong to no visible field. */
    show(element: Element, errors: Record<string, string | string[]>): string[];
    /** Remove those messages. */
    clear(element: Element): void;
  }

  /** window.mizan. While it waits for htmx, only start() works. */
  interface Api {
    /** The htmx that the shim works with; htmx has types of its own. */
    readonly htmx: any;
    /** Hand over the htmx of a bundle. */
    start(htmx: object): void;

    /** Make blocks stale, by one context or by a whole list: `invalidate("user;user_id=5, cart")`. */
    invalidate(contexts: string, values?: Values | null, options?: InvalidateOptions): void;
    /** Make this block stale, whatever it shows; load a lazy one. */
    refresh(block: Element | null): void;
    /** Mark a block as not up to date. It is requested at the next occasion. */
    fail(block: Element, status: number, reason?: string): void;
    /** Request all stale blocks at once. */
    retry(): void;
    /** Hand over the blocks that came with the response to a request of htmx. */
    deliver(
      request: HtmxRequest,
      pieces: Map<string, string | null>,
      versions: Map<string, string | undefined>,
      policy?: string | null,
    ): void;
    /** Return whether an event of htmx is about a refresh. */
    isRefresh(event: Event): boolean;
    /** Wait until nothing is stale or under way. Rejects with a QuietError after this time, in milliseconds. */
    quiet(options?: { timeout?: number }): Promise<void>;

    /** Call a function of the server; what it invalidates is refreshed. Rejects with a CallError. */
    call<Result = unknown>(name: string, args?: Record<string, unknown>): Promise<Result>;
    /** Send a message to a channel, and subscribe first if necessary. Rejects with a SendError. */
    send(channel: string, params: Record<string, unknown>, data: Record<string, unknown>): Promise<unknown>;

    readonly fields: Fields;
    /** Have screen readers announce a text, politely. */
    announce(text: string): void;
    /** Return the session fingerprint of the page; undefined if it is unknown. */
    session(): string | undefined;

    parse(list: string | null | undefined): Entry[];
    covers(list: string, shown: string): boolean;
    format(context: string, values?: Values | null): string;
    /** Return how much later a version is than another; NaN if they can't be compared. */
    later(one: string | null | undefined, other: string | null | undefined): number;
  }

  // ---- details of events

  interface Cause {
    method: string;
    url: string;
    status: number;
    element: Element | null;
  }

  interface InvalidateDetail {
    header: string;
    entries: Entry[];
    version: string | null;
    blocks: HTMLElement[];
    source: Source;
    cause?: Cause;
  }

  interface RefreshingDetail {
    url: string;
    headers: Record<string, string>;
    request: HtmxRequest;
  }

  interface RefreshedDetail {
    url: string;
    milliseconds: number;
    /** How many blocks came with it. */
    together: number;
    changed: boolean;
  }

  /** On a block that was not refreshed, or that can't be kept up to date. */
  interface BlockErrorDetail {
    /** 0: no response. */
    status: number;
    message: string;
    /** Milliseconds until it is requested again; Infinity: not by itself. */
    wait: number;
    /** The last try has failed with this status, too. */
    again: boolean;
    code?: undefined;
  }

  /** On a form that sends messages, or on the template of a channel. */
  interface ChannelErrorDetail {
    /** "OFFLINE" if there was no response. */
    code: string;
    error: string;
    fields: FieldErrors;
    status?: undefined;
  }

  interface SessionDetail {
    state: "ended" | "other" | "returned";
    reason: "login" | "csrf" | "user" | null;
    element: Element | null;
    status: number;
  }

  interface RequestDetail {
    element: Element;
    method: string;
    isSafe: boolean;
    url: string;
    headers: Record<string, string>;
    body: FormData | URLSearchParams | null;
    event?: Event;
  }

  interface AnswerDetail {
    request: HtmxRequest;
    element: Element;
    target: Element | null;
    block: HTMLElement | null;
    method: string;
    isSafe: boolean;
    url: string;
    status: number;
    header(name: string): string | null;
    /** The URL of the response. */
    answered: string;
  }

  interface DoneDetail {
    status: number;
    element: Element;
    method: string;
    url: string;
    request: HtmxRequest;
  }

  interface FailedDetail extends DoneDetail {
    code: string;
    message: string;
    /** The message is the server's. */
    isOwn: boolean;
    /** Texts by field; those of lists and rows are lists again. */
    fields: Record<string, Texts> | null;
    isCommitted: "no" | "maybe";
    event?: Event;
    /** Seconds. */
    retryAfter: number | null;
    /** HTML about the error, under DEBUG. */
    page: string | null;
    isShown: boolean;
  }

  interface KeepDetail {
    fresh: HTMLElement;
    source: Element | null;
    /** Leave an element of the block as it is. */
    keep(element: Element): void;
  }

  interface MessageDetail {
    channel: string;
    params: Record<string, unknown>;
    type: string;
    data: unknown;
  }

  interface EventMap {
    "mizan:invalidate": CustomEvent<InvalidateDetail>;
    "mizan:return": CustomEvent<null>;
    "mizan:due": CustomEvent<null>;
    "mizan:refreshing": CustomEvent<RefreshingDetail>;
    "mizan:refreshed": CustomEvent<RefreshedDetail>;
    "mizan:error": CustomEvent<BlockErrorDetail | ChannelErrorDetail>;
    "mizan:session": CustomEvent<SessionDetail>;
    "mizan:request": CustomEvent<RequestDetail>;
    "mizan:answer": CustomEvent<AnswerDetail>;
    "mizan:done": CustomEvent<DoneDetail>;
    "mizan:read": CustomEvent<DoneDetail>;
    "mizan:failed": CustomEvent<FailedDetail>;
    "mizan:page": CustomEvent<{ html: string }>;
    "mizan:changed": CustomEvent<{ value: unknown }>;
    "mizan:keep": CustomEvent<KeepDetail>;
    "mizan:message": CustomEvent<MessageDetail>;
    "mizan:sent": CustomEvent<{ channel: string; params: Record<string, unknown> }>;
    "mizan:socket": CustomEvent<{ state: "open" | "closed" }>;
  }
}

interface Window {
  readonly mizan: Mizan.Api;
}

declare const mizan: Mizan.Api;

/* They bubble: documents, windows and elements hear them. */
interface GlobalEventHandlersEventMap extends Mizan.EventMap {}
