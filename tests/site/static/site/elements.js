/* Custom elements, which write down what happens to them. */
window.heard = [];

class Recorder extends HTMLElement {
  static observedAttributes = ["level"];
  state = "";
  connectedCallback() {
    window.heard.push(`${this.localName} ${this.id} connected`);
  }
  disconnectedCallback() {
    window.heard.push(`${this.localName} ${this.id} disconnected`);
  }
  attributeChangedCallback(name, was, now) {
    window.heard.push(`${this.localName} ${this.id} ${name} ${was} ${now}`);
  }
}

/* With content of the server's, and no shadow root. */
customElements.define("x-plain", class extends Recorder {});

/* With a shadow root, and content of the server's in its slot. */
customElements.define(
  "x-panel",
  class extends Recorder {
    constructor() {
      super();
      this.attachShadow({ mode: "open" }).innerHTML = "<input><slot></slot>";
      this.shadowRoot
        .querySelector("slot")
        .addEventListener("slotchange", () => window.heard.push("slotted"));
    }
  },
);

/* A field of a form. */
customElements.define(
  "x-rating",
  class extends Recorder {
    static formAssociated = true;
    #internals = this.attachInternals();
    rate(stars) {
      this.state = stars;
      this.#internals.setFormValue(stars);
    }
    formResetCallback() {
      this.rate("");
    }
  },
);
