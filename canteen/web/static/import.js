// While a large roster is written the page looks again by itself; without it one reloads by hand.

if (document.querySelector("[data-applying]")) setTimeout(() => location.reload(), 4000);
