// <po-beacon>: sends where the phone is once a minute, by the form inside it, while the page is seen.
import { define } from "./define.js";

define("po-beacon", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.send();
    this.timer = setInterval(() => this.send(), 60_000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  send() {
    if (document.hidden) return;
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      const told = new FormData(this.form);
      told.set("lat", coords.latitude.toFixed(6));
      told.set("lon", coords.longitude.toFixed(6));
      told.set("accuracy", Math.round(coords.accuracy));
      fetch(this.form.action, { method: "POST", body: told, credentials: "same-origin" }).then((answer) => {
        if (answer.status === 403) clearInterval(this.timer);
      }).catch(() => {});
    }, () => {}, { enableHighAccuracy: true, timeout: 8_000, maximumAge: 30_000 });
  }
});
