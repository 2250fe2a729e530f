// The service's JSON from the browser: session, CSRF, and writes that are sent again with the same
// id until they are answered for good (the id is made here, before the first sending).

const TIMEOUT_MS = 8000;
const AGAIN_MS = [500, 1000, 2000];
const UNSURE = [429, 500, 502, 503, 504];

export class Problem extends Error {
  constructor(status, body) {
    super(body.code || `http_${status}`);
    this.status = status;
    this.code = body.code || "";
    this.body = body;
  }

  text(language) {
    return this.body[language] || this.body.detail || this.body.title || `HTTP ${this.status}`;
  }
}

// A random UUID (version 4). crypto.randomUUID is missing on plain http, getRandomValues is not.
export function newId() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export function goToSignIn() {
  const here = location.pathname + location.search;
  location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function ask(path, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options, signal: stop.signal });
    const text = answer.status === 204 ? "" : await answer.text();
    const json = (answer.headers.get("Content-Type") || "").includes("json");
    return { status: answer.status, ok: answer.ok, body: text && json ? JSON.parse(text) : {} };
  } finally {
    clearTimeout(timer);
  }
}

export function makeApi({ onSignedOut = goToSignIn } = {}) {
  let csrf = "";

  async function get(path) {
    const answer = await ask(path, { headers: { Accept: "application/json" } });
    if (answer.status === 401) onSignedOut();
    if (!answer.ok) throw new Problem(answer.status, answer.body);
    return answer.body;
  }

  async function session() {
    const body = await get("/api/v1/session");
    csrf = body.csrf;
    return body;
  }

  // Sends until there is a final answer; `unsure(true)` while there is none, `unsure(false)` after.
  async function send(method, path, body, unsure = () => {}) {
    let renewed = false;
    for (let tries = 0; ; tries += 1) {
      let answer = null;
      try {
        answer = await ask(path, {
          method,
          headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": csrf },
          body: body === null ? undefined : JSON.stringify(body),
        });
      } catch (error) {
        if (error instanceof Problem) throw error;
      }
      if (answer && !UNSURE.includes(answer.status)) {
        if (tries) unsure(false);
        if (answer.ok) return answer.body;
        if (answer.status === 401) onSignedOut();
        if (answer.status === 403 && answer.body.code === "csrf" && !renewed) {
          renewed = true;
          await session();
          continue;
        }
        throw new Problem(answer.status, answer.body);
      }
      unsure(true);
      await wait(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]);
    }
  }

  return { get, session, send };
}
