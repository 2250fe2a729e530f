// F9 and the voice at the counter. The elder's display speaks; when it is a window of this browser
// it says the line again, else this page does. A switch lets a counter without a display speak itself.
import { openFeed } from "./feed.js";
import { rememberSwitch, switchedOn } from "./settings.js";
import { makeVoice } from "./voice.js";

const ANSWER_MS = 250;
const LOOK_BACK = 20; // events: the last line spoken is among them, or it is long gone

export function makeDeskVoice(desk) {
  const line = new BroadcastChannel(`canteen-counter-${desk.counterId}`);
  const voice = makeVoice({ language: desk.t.language, onState: () => {} });
  let feed = null;
  let answered = null;
  line.onmessage = (message) => {
    if (message.data === "said" && answered) answered(true);
  };

  async function start() {
    const state = await desk.api.get(`${desk.base}/display`);
    feed = openFeed({ path: `${desk.base}/events`, view: "display", after: state.last_seq, onEvent: (event) => voice.say(event), onReset: async () => (await desk.api.get(`${desk.base}/display`)).last_seq, onNet: () => {}, onRefused: () => {} });
  }

  const self = {
    set(on) {
      rememberSwitch("voice_here", on);
      if (feed) feed.stop();
      feed = null;
      if (on) start();
      else voice.stop();
    },
    async again() {
      const there = new Promise((done) => {
        answered = done;
        setTimeout(() => done(false), ANSWER_MS);
      });
      line.postMessage("again");
      const said = await there;
      answered = null;
      if (said) return true;
      const { last_seq: newest } = await desk.api.get(`${desk.base}/display`);
      const page = await desk.api.get(`${desk.base}/events?view=display&after=${Math.max(0, newest - LOOK_BACK)}`);
      const shown = page.events.filter((event) => event.body.speak).pop();
      return Boolean(shown && voice.again(shown.body));
    },
  };
  if (switchedOn("voice_here", false)) self.set(true);
  return self;
}
