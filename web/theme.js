// Before the first paint, so that a chosen theme does not flash. The page keeps it up to date afterwards.
try {
  const theme = localStorage.getItem("forger.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage may be forbidden: the system's theme then */ }
if (typeof WebAssembly !== "object") {
  document.documentElement.dataset.engine = "failed";
  addEventListener("DOMContentLoaded", () => {
    const isKorean = navigator.language.startsWith("ko");
    const said = document.getElementById("shell").lastChild;
    said.lang = isKorean ? "ko" : "en";
    said.textContent = isKorean
      ? "이 브라우저에는 Forger에 필요한 WebAssembly가 없습니다. 최신 Firefox, Chrome, Edge, Safari를 쓰세요."
      : "This browser has no WebAssembly, which Forger needs. A current Firefox, Chrome, Edge or Safari has it.";
  });
}
