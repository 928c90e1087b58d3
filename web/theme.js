// Before the first paint, so that a chosen theme does not flash. The page keeps it up to date afterwards.
try {
  const theme = localStorage.getItem("forger.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage may be forbidden: the system's theme then */ }
if (typeof WebAssembly !== "object") {
  document.documentElement.dataset.engine = "failed";
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("shell").lastChild.textContent =
      "This browser has no WebAssembly, which Forger needs. A current Firefox, Chrome, Edge or Safari has it.";
  });
}
