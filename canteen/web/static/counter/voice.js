// Two tones and the spoken line. The browser speaks only after a person has pressed or touched
// something; where it can't speak at all the page shows the line instead (voice.state = "none").

const SHORT_MS = 5000;
const TONES = { rise: [660, 880], soft: [520] };
const TONE_S = 0.16;
const VOLUME = 0.25;

// onState(state): "locked" until the first key or touch, "ready", or "none" (no voice of this language).
export function makeVoice({ language, onState }) {
  const speech = window.speechSynthesis || null;
  let audio = null;
  let state = "locked";
  let saidAt = 0;
  let lastEvent = null;
  let shown = "";

  const voiceFor = () => (speech ? speech.getVoices().find((v) => v.lang.toLowerCase().startsWith(language)) || null : null);

  function setState() {
    const active = Boolean(navigator.userActivation && navigator.userActivation.hasBeenActive) || (audio && audio.state === "running");
    const next = !voiceFor() ? "none" : active ? "ready" : "locked";
    if (next === state && shown === next) return;
    state = next;
    shown = next;
    onState(state);
  }

  function unlock() {
    if (!audio && window.AudioContext) audio = new AudioContext();
    if (audio && audio.state === "suspended") audio.resume().then(setState, setState);
    setState();
  }

  function tone(name) {
    if (!audio || audio.state !== "running" || !TONES[name]) return;
    TONES[name].forEach((hz, i) => {
      const start = audio.currentTime + i * TONE_S;
      const gain = audio.createGain();
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
      gain.gain.linearRampToValueAtTime(0, start + TONE_S);
      const wave = audio.createOscillator();
      wave.frequency.value = hz;
      wave.connect(gain).connect(audio.destination);
      wave.start(start);
      wave.stop(start + TONE_S);
    });
  }

  function speak(text) {
    if (!speech || !text) return;
    speech.cancel();
    const voice = voiceFor();
    if (!voice) return;
    const line = new SpeechSynthesisUtterance(text);
    line.voice = voice;
    line.lang = voice.lang;
    line.rate = 0.95;
    speech.speak(line);
  }

  ["keydown", "pointerdown"].forEach((kind) => addEventListener(kind, unlock, true));
  if (speech && speech.addEventListener) speech.addEventListener("voiceschanged", setState);
  setState();

  const lineOf = (event, size) => (event && event.speak && event.speak[language] && event.speak[language][size]) || "";
  return {
    state: () => state,
    // Speaks a display event: the short line when the last swipe was less than 5 s ago.
    say(event) {
      const size = Date.now() - saidAt < SHORT_MS ? "short" : "full";
      saidAt = Date.now();
      lastEvent = event;
      tone(event.tone);
      speak(lineOf(event, size));
      return lineOf(event, "full");
    },
    again(event) {
      const line = lineOf(event || lastEvent, "full");
      speak(line);
      return line;
    },
    stop: () => speech && speech.cancel(),
    // A kiosk may be allowed to sound without a touch; asking is harmless.
    tryUnlock: unlock,
  };
}
