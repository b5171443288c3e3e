// <po-scan>: reads a QR code or a barcode from a picture where the browser can; typing stays possible.
import { define } from "../define.js";
import { keyOf } from "./plate.js";

define("po-scan", class extends HTMLElement {
  connectedCallback() {
    this.hidden = !("BarcodeDetector" in window);
    this.told = this.querySelector("[data-scanned]");
    this.querySelector("input").addEventListener("change", (event) => this.read(event.target));
  }

  async read(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    const codes = await this.codes(file);
    const text = codes[0]?.rawValue.trim() ?? "";
    this.told.replaceChildren();
    if (!text) this.told.textContent = "No code was found on it. Go closer, or type the plate.";
    else if (text.startsWith(location.origin)) this.lead(text);
    else if (keyOf(text)) this.fill(text);
    else this.told.textContent = "This code is no plate and no permit of ours.";
  }

  async codes(file) {
    try {
      return await new BarcodeDetector().detect(await createImageBitmap(file));
    } catch {
      return [];
    }
  }

  lead(address) {
    const link = Object.assign(document.createElement("a"), { href: address, textContent: "Open what the code leads to" });
    this.told.append(link);
  }

  fill(text) {
    const { plate } = this.closest("form").elements;
    plate.value = text.toUpperCase();
    plate.dispatchEvent(new Event("input", { bubbles: true }));
    this.told.textContent = `The code says ${plate.value}. Look before you check.`;
  }
});
