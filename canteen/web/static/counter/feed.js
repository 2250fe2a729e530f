// The counter's events: server-sent events while they can be had, a poll each second while not.
// Every event has a number; what comes twice is dropped, what was missed is asked for by number.

const TYPES = ["swipe", "meal", "void", "top_up", "pay_out", "sale", "reader", "card", "display"];
const POLL_MS = 1000;
const POLL_WAIT_MS = 2000;
const BEAT_MS = 1200; // quiet for so long: ask; 300 + 1200 + 1500 ms at most until a dead line shows
const BEAT_WAIT_MS = 1500;
const LOOK_MS = 300;
const STREAM_AGAIN_MS = 30000;

export function openFeed({ path, view, after, beatMs = BEAT_MS, onEvent, onReset, onNet, onRefused }) {
  let last = after;
  let source = null;
  let pollTimer = 0;
  let againTimer = 0;
  let heardAt = Date.now();
  let up = null;
  let stopped = false;
  let resetting = false;
  let asking = false;
  const query = () => `${path}?after=${last}${view ? `&view=${view}` : ""}`;

  function setNet(now) {
    if (now) heardAt = Date.now();
    if (now === up) return;
    const was = up;
    up = now;
    onNet(up);
    // The old stream may hang on a dead line without knowing it: a new one resumes by number.
    if (up && was === false && !againTimer) openStream();
  }

  // Our number is older than what is kept: the state says from where to go on. A new stream, as the
  // old one would connect again with the old number.
  async function reset() {
    if (resetting) return;
    resetting = true;
    if (source) source.close();
    try {
      last = await onReset();
      openStream();
    } catch {
      startPolling();
    } finally {
      resetting = false;
    }
  }

  function take(event) {
    if (event.seq <= last) return;
    last = event.seq;
    onEvent(event);
  }

  async function poll() {
    pollTimer = 0;
    try {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), POLL_WAIT_MS);
      const answer = await fetch(query(), { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store", signal: stop.signal });
      const body = answer.ok ? await answer.json() : null;
      clearTimeout(timer);
      if (stopped) return;
      if (answer.status === 401 || answer.status === 403) return onRefused(answer.status);
      setNet(answer.status < 500);
      if (body && body.reset) await reset();
      else if (body) body.events.forEach((event) => take({ ...event, ...event.body, seq: event.seq, at: event.at, type: event.type }));
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof TypeError) && error.name !== "AbortError") throw error;
      setNet(false);
    } finally {
      if (!stopped && (!source || source.readyState !== EventSource.OPEN)) startPolling();
    }
  }

  function startPolling() {
    if (!pollTimer) pollTimer = setTimeout(poll, POLL_MS);
  }

  function openStream() {
    clearTimeout(againTimer);
    againTimer = 0;
    if (source) source.close();
    source = new EventSource(query());
    source.onopen = () => {
      clearTimeout(pollTimer);
      pollTimer = 0;
      setNet(true);
    };
    // Closed for good (503, too many streams): poll, and try the stream again later. Only
    // interrupted: the browser connects again by itself with Last-Event-ID; poll meanwhile.
    source.onerror = () => {
      if (stopped) return;
      if (source.readyState === EventSource.CLOSED && !againTimer) againTimer = setTimeout(openStream, STREAM_AGAIN_MS);
      startPolling();
    };
    source.addEventListener("reset", reset);
    TYPES.forEach((type) =>
      source.addEventListener(type, (message) => {
        setNet(true);
        take({ type, ...JSON.parse(message.data), seq: Number(message.lastEventId) || JSON.parse(message.data).seq });
      }),
    );
  }

  // An open stream says nothing when the cable is pulled: a small question now and then does.
  async function beat() {
    if (stopped || asking || pollTimer || Date.now() - heardAt < beatMs) return;
    asking = true;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), BEAT_WAIT_MS);
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: stop.signal });
      setNet(answer.status < 500);
    } catch {
      setNet(false);
    } finally {
      clearTimeout(timer);
      asking = false;
    }
  }

  const beats = setInterval(beat, LOOK_MS);
  addEventListener("offline", () => setNet(false));
  openStream();
  return {
    stop() {
      stopped = true;
      clearInterval(beats);
      clearTimeout(pollTimer);
      clearTimeout(againTimer);
      if (source) source.close();
    },
  };
}
