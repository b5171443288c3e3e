// The phone's own store: what it took along, what it wrote down. Nothing here leaves it but by send.js.
const NAME = "parkops-field";
const STORES = { meta: {}, buckets: {}, records: { keyPath: "id" }, photos: { keyPath: ["record", "sha256"] } };
let opened;

function database() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) request.result.createObjectStore(name, options);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

export const answer = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

// Does `act` with these stores in one transaction; all of it is on the disk when this returns.
export async function together(stores, act) {
  const work = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  const over = new Promise((done, failed) => {
    work.oncomplete = done;
    work.onerror = work.onabort = () => failed(work.error);
  });
  const told = await act(...stores.map((name) => work.objectStore(name)));
  await over;
  return told;
}

const reading = async (store) => (await database()).transaction(store).objectStore(store);

export const get = async (store, key) => answer((await reading(store)).get(key));
export const all = async (store, range) => answer((await reading(store)).getAll(range));
export const put = (store, value, key) => together([store], (kept) => answer(kept.put(value, key)));
export const remove = (store, key) => together([store], (kept) => answer(kept.delete(key)));

// The name by which this phone is known, made once.
export const device = () => together(["meta"], async (meta) => {
  const known = await answer(meta.get("device"));
  if (known) return known;
  const made = crypto.randomUUID();
  meta.put(made, "device");
  return made;
});
