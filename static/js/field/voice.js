// <po-voice for="name">: writes what is said into that field of its form, where the browser listens. Typing always stays.
import { define } from "../define.js";
import { plateSpoken } from "./spoken.js";

export const Listening = window.SpeechRecognition ?? window.webkitSpeechRecognition;

define("po-voice", class extends HTMLElement {
  connectedCallback() {
    this.told = this.querySelector("[data-heard]");
    this.querySelector("button").addEventListener("click", () => (this.listening ? this.listening.stop() : this.listen()));
  }

  listen() {
    this.listening = Object.assign(new Listening(), { lang: "en-US", interimResults: false, maxAlternatives: 1 });
    this.listening.onresult = ({ results }) => this.hear(results[0][0].transcript);
    this.listening.onerror = ({ error }) => this.tell(error === "no-speech" ? "Nothing was heard. Say it again, or type it." : "The browser does not listen now. Type it.");
    this.listening.onend = () => {
      this.listening = null;
      this.toggleAttribute("data-on", false);
    };
    this.toggleAttribute("data-on", true);
    this.tell("Listening.");
    this.listening.start();
  }

  hear(text) {
    const field = this.closest("form").elements[this.getAttribute("for")];
    const isPlate = field.name === "plate";
    field.value = isPlate ? plateSpoken(text).slice(0, 12) : [field.value, text].filter(Boolean).join(" ").slice(0, field.maxLength);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.tell(isPlate ? `Heard ${field.value}. Look before you check.` : "It is written down.");
  }

  tell(text) { this.told.textContent = text; }
});
