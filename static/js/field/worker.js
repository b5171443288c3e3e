// Keeps the app's page and its files, and nothing of anybody: data are asked for each time.
// SHELL comes from the address that loads this: { version, page, files }.
const NAME = `parkops-field-${SHELL.version}`;
const WAIT = 4_000;

async function keep() {
  const kept = await caches.open(NAME);
  if (await kept.match(SHELL.page)) return;
  await kept.addAll(SHELL.files);
  const page = await fetch(SHELL.page, { cache: "no-store", redirect: "manual" });
  if (page.ok) await kept.put(SHELL.page, page);
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name.startsWith("parkops-field") && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

const keptOr = async (request) => (await caches.match(request, { cacheName: NAME })) ?? fetch(request);

// A page of the field: the office's, or the app's own where there is no line.
async function page(request) {
  const asked = fetch(request);
  try {
    const late = new Promise((_, failed) => setTimeout(failed, WAIT));
    return await Promise.race([asked, late]);
  } catch {
    return (await caches.match(SHELL.page, { cacheName: NAME })) ?? asked;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
self.addEventListener("message", ({ data }) => { if (data === "keep") keep().catch(() => {}); });
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (SHELL.files.includes(pathname)) event.respondWith(keptOr(request));
});
