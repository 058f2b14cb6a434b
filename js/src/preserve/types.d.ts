/* The types of what is preserved when blocks are refreshed. */

/** A field of any kind, as scripts read it: what its kind does not have is undefined. */
interface Field extends HTMLElement {
  type: string;
  name: string;
  value: string;
  defaultValue: string;
  checked: boolean;
  defaultChecked: boolean;
  multiple: boolean;
  size: number;
  form: HTMLFormElement | null;
  files: FileList | null;
  validity?: ValidityState;
  options?: HTMLOptionsCollection;
  selectedOptions: HTMLCollectionOf<HTMLOptionElement>;
  selectionStart?: number | null;
  selectionEnd?: number | null;
  selectionDirection?: "forward" | "backward" | "none" | null;
  setSelectionRange(...selection: Selected): void;
}

/** Where the cursor of a field is, and in what direction something is selected. */
type Selected = [number, number, ("forward" | "backward" | "none")?];

/** An element as Alpine marks it. */
interface AlpineElement extends HTMLElement {
  _x_marker?: unknown;
  _x_attributeCleanups?: unknown;
  _x_dataStack?: unknown;
  _x_currentIfEl?: AlpineElement;
  _x_lookup?: Map<unknown, AlpineElement> | object;
  _x_teleport?: unknown;
}

/** Which element of a fresh block is which of the block on the page. */
interface Match {
  /** Return the twin of an element, or null. No element is the twin of two. */
  twinOf(element: Element): HTMLElement | null;
  /** Return whether a morph can go by the id of an element. */
  isUnique(element: Element): boolean;
  /** Let elements, with all that is in them, be no twin of anything. */
  leaveOut(...elements: Element[]): void;
}

/** An element and its twin, of which one is on the page after a swap. */
interface Pair<Kind extends Element = HTMLElement> {
  it: Kind;
  twin: Kind | null;
}

/** A field in which something was entered. */
interface Entered {
  it: Field;
  twin: Field | null;
  /** What is in it, as the fresh block would say it. */
  live: string;
  /** What it had in data-mizan-changed. */
  former: string | null;
  /** What the server has. */
  value: string;
  form?: HTMLFormElement | null;
}

/** A field outside of a block that is part of a choice inside of it. */
interface Outside extends Omit<Entered, "twin" | "value"> {
  isEntered: boolean;
  /** What is chosen was sent and taken. */
  isAccepted: boolean;
}

/** An attribute that scripts have set. */
interface Change {
  old: Element;
  /** What the server had sent before, what is there, and what it sends now. */
  was: string | null;
  live: string | null;
  now: string | null;
  node: Attr | null;
}

/** A block that is about to be replaced by its fresh content. */
interface Swap {
  block: HTMLElement;
  fresh: HTMLElement;
  /** Who has asked for it. */
  source: Element | undefined;
  /** htmx, or Idiomorph, can make the fresh content of the old one. */
  canMorph: boolean;
  match: Match;
  /** Old element → its twin, as far as it was asked for. */
  pairs: Map<Element, HTMLElement | null>;
  /** What the page has asked to leave as it is; of these, the guests are nothing that the server knows. */
  asked: Set<Element>;
  guests: Set<Element>;
  /** What is left as it is. */
  held: Set<Element>;
  /** What has to load its own content again. */
  reloading: HTMLElement[];
  entered: Entered[];
  outside: Outside[];
  /** The fields of `entered`. */
  fields: Set<Element>;
  opened: (Pair<HTMLElement & { open: boolean }> & {
    show: "showModal" | "showPopover" | null;
    isOpen: boolean;
  })[];
  scrolled: (Pair & { scrollTop: number; scrollLeft: number })[];
  focus: (Pair<Field> & { host: Element; selection: Partial<Selected> }) | null;
  /** What scripts have set: element → attribute → how. */
  changes: Map<Element, Map<string, Change>>;
  /** Elements that have to stay the same ones → their twins. */
  same: Map<Element, HTMLElement>;
  /** Elements that make their own content. */
  shells: Set<Element>;
  /** What has to become another element. */
  anew: Set<Element>;
  /** What a morph makes of what. */
  met: Map<Node, Node>;
}

/** What htmx 2 says of a request. */
interface HtmxRequestConfig {
  elt: HTMLElement;
  verb: string;
  headers: Record<string, string>;
  triggeringEvent?: Event;
}

interface HtmxConfig {
  /** Selectors of htmx 4: what a morph leaves alone. */
  morphSkip?: string;
  morphSkipChildren?: string;
}

/** How htmx 4 swaps. */
interface HtmxSwapSpec {
  style: string;
  transition?: boolean;
  strip?: boolean;
}

/**
 * In the place of all that is in the target, or of the target itself; beside what is in it; beside the
 * target.
 */
type How = "inner" | "outer" | "first" | "last" | "before" | "after";

/** What a swap has put into one place. */
interface Put {
  how: How;
  parent: Node;
  target: Node;
  /** What was in the parent before, and what is new in it. */
  before: Node[];
  nodes: Node[];
  /** The target is that of the request. */
  isMain?: boolean;
}

/** What a visitor has asked for. */
interface Asked {
  url: string;
  headers: Record<string, string>;
  isSafe: boolean;
  select?: string;
  selectOOB?: string;
  strip?: boolean;
}

/** What a request has put into one place of a block. */
interface Piece {
  how: How;
  isMain?: boolean;
  /** Its elements, in the order of the page, or its text where it has none. */
  nodes: Node[];
  /** It is mere text, with an element before it by which it can be held. */
  isText?: boolean;
  /**
   * A copy of the block (of the piece, inside of another one) as it was before, and in that copy the target.
   */
  root: Element;
  mark: Element;
  /** What the server has in that place. */
  original: Node[];
}

/** What one request has put into blocks. */
interface Insertion {
  request: Asked;
  pieces: Piece[];
  /** The piece inside of which it is. */
  above?: Piece;
  /** Its form was sent and accepted. */
  isSaved?: boolean;
  /** It is to be asked for again. */
  isDue?: boolean;
  /** Also with the fields of a form inside of it, that was sent and accepted. */
  isForced?: boolean;
  /** The request for it is under way. */
  isAsked?: boolean;
}
