// The page that marks a price shows what is typed as it is typed, and only the fields of the chosen kind. Everything works
// without this file: “Show”, “Add a row” and “✕” are buttons that the server answers.
"use strict";

const marking = document.querySelector("[data-mark]");
if (marking) {
  const place = document.querySelector("[data-mark-preview]");
  let waiting = 0;
  let running = null;

  const show = async () => {
    if (running) running.abort();
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await fetch(marking.dataset.preview, { method: "POST", body: new FormData(marking), signal: mine.signal, headers: { Accept: "text/html" } });
      if (answer.ok) place.innerHTML = await answer.text();
    } catch (error) {
      // What is shown stays until the next answer; sending the form says everything again.
      if (error.name !== "AbortError") place.textContent = "";
    }
    if (running === mine) running = null;
  };

  marking.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 250);
  });
  marking.addEventListener("change", (event) => {
    if (!event.target.dataset.kindOf) return;
    const card = event.target.closest("section");
    card.querySelectorAll("[data-kinds]").forEach((part) => {
      part.hidden = !part.dataset.kinds.split(" ").includes(event.target.value);
    });
  });
}
