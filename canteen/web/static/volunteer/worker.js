// Behind the volunteer's page: a tab that the phone threw away opens again without a signal.
// What is opened then is the empty page, which the scripts fill from what the phone keeps of today.

const CACHE = "canteen.volunteer";
const EMPTY = "/volunteer/empty";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", event => {
  const { pathname } = new URL(event.request.url);
  const isPage = event.request.mode === "navigate" && pathname === "/volunteer";
  if (!isPage && !pathname.startsWith("/static/")) return;
  event.respondWith(
    fetch(event.request).catch(async error => {
      const cache = await caches.open(CACHE);
      const found = await cache.match(isPage ? EMPTY : pathname);
      if (found) return found;
      throw error;
    }),
  );
});
