/* How the overlay looks. It stands in a shadow tree, where no CSS of the site reaches it. */

export const STYLE = `
  :host {
    --paper: #fff; --ink: #1c1c22; --soft: #5a5a66; --line: #d4d4dc;
    --mark: #1d5fd1; --good: #17803d; --bad: #b3261e;
    all: initial !important; display: block !important;
    position: fixed !important; inset: 0 auto auto 0 !important; width: 0 !important;
    height: 0 !important; z-index: 2147483647 !important;
    font: 13px/1.45 system-ui, sans-serif !important; color-scheme: light dark !important;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --paper: #202027; --ink: #ececf1; --soft: #a9a9b6; --line: #44444f;
      --mark: #8db8ff; --good: #76d693; --bad: #ff9d94;
    }
  }
  @media print { :host { display: none !important; } }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  .layer { position: fixed; inset: 0; overflow: clip; pointer-events: none; }
  .outline { position: absolute; border: 2px solid var(--tone); border-radius: 3px; --tone: var(--mark); }
  .outline.fresh { --tone: var(--good); }
  .outline.same { --tone: var(--soft); }
  .outline.failed { --tone: var(--bad); }
  .outline span {
    position: absolute; right: -2px; bottom: 100%; max-width: 100%; padding: 0 5px; overflow: hidden;
    background: var(--tone); color: var(--paper); font-size: 11px;
    text-overflow: ellipsis; white-space: nowrap;
  }
  .outline.low span { bottom: auto; top: 0; right: 0; }
  @media (prefers-reduced-motion: no-preference) {
    .outline.over { opacity: 0; transition: opacity 300ms ease-in 500ms; }
  }
  .corner { position: fixed; display: flex; gap: 8px; max-width: calc(100vw - 16px); pointer-events: none; }
  .corner > * { pointer-events: auto; }
  .bottom { bottom: 8px; flex-direction: column-reverse; }
  .top { top: 8px; flex-direction: column; }
  .right { right: 8px; align-items: flex-end; }
  .left { left: 8px; align-items: flex-start; }
  button {
    min-width: 28px; min-height: 28px; padding: 2px 9px; border: 1px solid var(--line); border-radius: 14px;
    background: var(--paper); color: var(--ink); font: inherit; cursor: pointer;
  }
  button:hover { border-color: var(--mark); }
  :focus-visible { outline: 2px solid var(--mark); outline-offset: 1px; }
  section {
    display: flex; flex-direction: column; width: min(460px, calc(100vw - 16px));
    max-height: min(70vh, 620px);
    border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink);
    box-shadow: 0 4px 18px rgb(0 0 0 / .22);
  }
  header {
    display: flex; align-items: center; gap: 6px; padding: 8px 8px 8px 12px;
    border-bottom: 1px solid var(--line);
  }
  h2 { flex: 1; margin: 0; font-size: 14px; font-weight: 600; }
  .scroll { min-height: 0; overflow: auto; overscroll-behavior: contain; }
  .scroll > p { margin: 0; padding: 12px; color: var(--soft); }
  ol, ul { margin: 0; padding: 0; list-style: none; }
  ol > li { padding: 8px 12px; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  ol > li:last-child { border-bottom: 0; }
  h3 { display: flex; gap: 8px; margin: 0; font-size: 13px; font-weight: 600; }
  h3 span { flex: 1; }
  time { color: var(--soft); font-weight: 400; white-space: nowrap; }
  code { font: 12px/1.4 ui-monospace, monospace; }
  h4, summary { margin: 4px 0 0; color: var(--soft); font-size: 12px; font-weight: 400; }
  summary { cursor: pointer; }
  ul { padding-left: 12px; }
  ul li { text-indent: -12px; padding-left: 12px; }
  .bad { color: var(--bad); }
  button.page { margin-top: 6px; }
  dialog {
    width: min(1100px, calc(100vw - 16px)); height: calc(100vh - 16px); max-width: none; max-height: none;
    padding: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink);
  }
  dialog[open] { display: flex; flex-direction: column; }
  dialog::backdrop { background: rgb(0 0 0 / .5); }
  iframe { flex: 1; width: 100%; border: 0; background: #fff; color-scheme: light; }
`;
