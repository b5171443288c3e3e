// <po-position>: fills in where the phone is, if it may know. Without it the place stays empty.
import { define } from "./define.js";

define("po-position", class extends HTMLElement {
  connectedCallback() {
    const [lat, lon] = this.querySelectorAll("input");
    navigator.geolocation?.getCurrentPosition(({ coords }) => {
      lat.value = coords.latitude.toFixed(6);
      lon.value = coords.longitude.toFixed(6);
    }, () => {}, { enableHighAccuracy: true, timeout: 8_000, maximumAge: 30_000 });
  }
});
