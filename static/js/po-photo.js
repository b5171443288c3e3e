// <po-photo>: shows the photos that were taken, and makes them small before they are sent.
import { define } from "./define.js";
import { small } from "./pictures.js";

define("po-photo", class extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.shown = this.querySelector("[data-photo-shown]");
    this.input.addEventListener("change", () => this.take());
  }

  async take() {
    this.setAttribute("aria-busy", "true");
    const kept = new DataTransfer();
    for (const file of this.input.files) {
      // What cannot be decoded here is sent as it is; the server says what is wrong with it.
      kept.items.add(await small(file).catch(() => file));
    }
    this.input.files = kept.files;
    this.removeAttribute("aria-busy");
    this.show(kept.files);
  }

  show(files) {
    this.shown.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    this.shown.replaceChildren(...Array.from(files, (file, index) => {
      const figure = document.createElement("figure");
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = `Photo ${index + 1}`;
      const caption = document.createElement("figcaption");
      caption.textContent = `${Math.round(file.size / 1024).toLocaleString()} kB`;
      figure.append(image, caption);
      return figure;
    }));
  }
});
