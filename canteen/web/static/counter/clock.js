// The service's clock as the page shows it: an old PC's own clock is not to be trusted.

const FORWARD_MS = 5000;

export function makeClock(zone, language) {
  let offset = 0;
  const locale = language === "zh" ? "zh-CN" : "en-GB";
  const parts = (options) => new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
  const minute = parts({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const second = parts({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const day = parts(language === "zh" ? { month: "long", day: "numeric" } : { month: "short", day: "numeric" });
  return {
    set(instant) {
      offset = Date.parse(instant) - Date.now();
    },
    // A live event can't come from the future: the service's clock is ahead of ours by that much.
    notEarlierThan(instant) {
      const ahead = Date.parse(instant) - Date.now() - offset;
      if (ahead <= FORWARD_MS) return false;
      offset += ahead;
      return true;
    },
    now: () => Date.now() + offset,
    ageMs: (instant) => Date.now() + offset - Date.parse(instant),
    hhmm: (instant) => minute.format(new Date(instant)),
    hhmmss: (instant) => second.format(new Date(instant)),
    // "2026-03-16" is a plain date, never an instant: noon keeps it on its day in every zone.
    date: (text) => {
      const plainDay = String(text).slice(0, 10);
      if (language === "zh") {
        const [, m, d] = plainDay.split("-");
        return `${parseInt(m, 10)} 月 ${parseInt(d, 10)} 日`;
      }
      return day.format(new Date(`${plainDay}T12:00:00Z`));
    },
    // Minutes from now to "13:00" of the same local day.
    minutesTo(time) {
      const [h, m] = minute.format(new Date(Date.now() + offset)).split(":").map(Number);
      const [toH, toM] = time.split(":").map(Number);
      return (toH - h) * 60 + toM - m;
    },
  };
}
