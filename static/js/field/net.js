// How the office is asked: what is no answer of its own is told apart as no line, or as signed out.
export class NoLine extends Error {}
export class SignedOut extends Error {}
export class Refused extends Error {}

// The answer, which is one of ours. `wait` is in milliseconds.
export async function ask(path, { wait = 20_000, ...options } = {}) {
  const heads = { Accept: "application/json", ...options.headers };
  let response;
  try {
    response = await fetch(path, { redirect: "manual", cache: "no-store", ...options, headers: heads, signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw new NoLine(String(error));
  }
  const isOurs = response.headers.get("Content-Type")?.startsWith("application/json");
  // A sign-in that is over leads elsewhere; a token of before it is refused.
  if (response.type === "opaqueredirect" || response.status === 401 || (response.status === 403 && !isOurs)) throw new SignedOut();
  if (response.status >= 500 || !isOurs) throw new NoLine(`The office answers ${response.status}.`);
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    throw Object.assign(new Refused(said.detail ?? `The office answers ${response.status}.`), { code: said.code ?? "", answer: said });
  }
  return response;
}

export const post = (path, csrf, body, options = {}) => ask(path, {
  method: "POST",
  body: body instanceof FormData ? body : JSON.stringify(body),
  headers: { "X-CSRFToken": csrf, ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }) },
  ...options,
});
