// The app stays on the phone: its worker keeps the pages, and the home screen may have its icon.
import { state, tell } from "./state.js";

export async function install(app) {
  const button = app.querySelector("[name=install]");
  button.hidden = true;
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = false;
    button.onclick = () => event.prompt();
  });
  window.addEventListener("appinstalled", () => { button.hidden = true; });
  navigator.storage?.persist?.();
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(app.dataset.worker, { scope: "/field/" }).catch(() => {});
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage("keep");
  for (let tries = 0; tries < 60 && !state.kept; tries += 1) {
    state.kept = Boolean(navigator.serviceWorker.controller && await caches.match(location.pathname));
    if (!state.kept) await new Promise((done) => setTimeout(done, 250));
  }
  tell();
}
