/* Says every half a minute that this page is still open, so that it counts as somebody who is here. */

const sign = document.querySelector('template[data-mizan-channel="here"]');

const still = () =>
  window.mizan.send("here", JSON.parse(sign.dataset.mizanParams), {}).catch(() => {
    // Not connected. Who connects again is put down anew.
  });

if (sign) setInterval(still, 30_000);
