// Every form posts its fields as JSON to the control it names, and shows what came back.
const said = document.getElementById("said");

function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  if (field.dataset.kind === "number") return field.value === "" ? undefined : Number(field.value);
  if (field.dataset.kind === "lines") return field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (field.dataset.kind === "json") {
    if (field.value.trim() === "") return undefined;
    try { return JSON.parse(field.value); } catch { return field.value; }
  }
  return field.value === "" ? undefined : field.value;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  let body = {};
  if (form.dataset.whole) {
    body = form.dataset.whole;
  } else {
    for (const field of form.elements) {
      if (field.name) body[field.name] = valueOf(field);
    }
    body = JSON.stringify(body);
  }
  const response = await fetch(form.dataset.post, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body,
  });
  const answer = await response.text();
  if (response.ok) {
    sessionStorage.setItem("said", `Done: ${form.dataset.post} ${answer}`.slice(0, 300));
    location.reload();
  } else {
    said.textContent = answer;
  }
});

said.textContent = sessionStorage.getItem("said") ?? "";
sessionStorage.removeItem("said");
