/* Two Stimulus controllers, which write down what happens to them. */
window.heard = [];

class Recorder extends window.Stimulus.Controller {
  connect() {
    this.hears("connect");
  }
  disconnect() {
    this.hears("disconnect");
  }
  hears(what) {
    window.heard.push(`${this.identifier} ${this.element.id} ${what}`);
  }
}

class Counter extends Recorder {
  static values = { count: Number, step: Number };
  static targets = ["out"];
  static classes = ["busy"];
  clicks = 0;

  stepValueChanged(now) {
    this.hears(`step ${now}`);
  }
  outTargetConnected() {
    this.hears("out");
  }
  outTargetDisconnected() {
    this.hears("no out");
  }
  go() {
    this.clicks++;
    this.countValue += this.stepValue;
    this.element.classList.add(this.busyClass);
    this.show();
  }
  show() {
    this.outTarget.textContent = `${this.clicks} of ${this.countValue}`;
  }
  reset() {
    this.countValue = 0;
    this.hears("reset");
  }
}

const application = window.Stimulus.Application.start();
application.register("counter", Counter);
application.register("other", Recorder);
