"use strict";
// Headings become buttons that sort their table; without this script the order of the rules stays.
document.querySelectorAll("table.rules").forEach((table) => {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
      const order = new Intl.Collator("en", { numeric: true });
      [...body.rows]
        .sort((one, other) => order.compare(key(one), key(other)) * (up ? 1 : -1))
        .forEach((row) => body.append(row));
    });
  });
});
