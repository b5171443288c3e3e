// <po-scan>: reads a code from a picture where the browser can, or the plate where the office has a reader; typing stays possible.
import { define } from "../define.js";
import { small } from "../pictures.js";
import { post } from "./net.js";
import { keyOf } from "./plate.js";
import { changed, state } from "./state.js";

const READS_CODES = "BarcodeDetector" in window;
const readsPlates = () => Boolean(state.me?.reads_plates) && state.line === "on";

define("po-scan", class extends HTMLElement {
  connectedCallback() {
    this.told = this.querySelector("[data-scanned]");
    this.querySelector("input").addEventListener("change", (event) => this.read(event.target));
    changed(() => this.show());
    this.show();
  }

  show() {
    this.hidden = !READS_CODES && !readsPlates();
    this.querySelector("[data-scans]").textContent = readsPlates() ? (READS_CODES ? "Scan the plate or a code" : "Scan the plate") : "Scan a code";
  }

  async read(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    this.told.textContent = "Reading.";
    const text = await this.code(file);
    this.told.replaceChildren();
    if (text.startsWith(location.origin)) this.lead(text);
    else if (keyOf(text)) this.fill(text, `The code says ${text.toUpperCase()}.`);
    else if (text) this.told.textContent = "This code is no plate and no permit of ours.";
    else await this.plate(file);
  }

  async code(file) {
    try {
      const [found] = READS_CODES ? await new BarcodeDetector().detect(await createImageBitmap(file)) : [];
      return found?.rawValue.trim() ?? "";
    } catch {
      return "";
    }
  }

  // The office's reader looks at the picture, and keeps nothing of it.
  async plate(file) {
    if (!readsPlates()) return this.tell("No code was found on it. Go closer, or type the plate.");
    const form = new FormData();
    form.append("picture", await small(file).catch(() => file));
    try {
      const { plates: [best] } = await (await post("/field/offline/plate/", state.me.csrf, form)).json();
      if (best) this.fill(best.plate, `Read ${best.plate}, ${best.sure} sure.`);
      else this.tell("No plate was found on it. Go closer, or type the plate.");
    } catch (error) {
      this.tell(error.code === undefined ? "The office does not answer. Type the plate." : error.message);
    }
  }

  lead(address) {
    this.told.append(Object.assign(document.createElement("a"), { href: address, textContent: "Open what the code leads to" }));
  }

  fill(text, said) {
    const { plate } = this.closest("form").elements;
    plate.value = text.toUpperCase();
    plate.dispatchEvent(new Event("input", { bubbles: true }));
    this.tell(`${said} Look before you check.`);
  }

  tell(text) { this.told.textContent = text; }
});
