import { defineConfig } from '@playwright/test';

// `cargo xtask test` finds the browser and serves the page, and says so here.
const executablePath = process.env.FORGER_CHROME;
const baseURL = process.env.FORGER_URL ?? 'http://127.0.0.1:8080/';
const devicesURL = process.env.FORGER_DEVICES_URL;

const QUIET = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// WebGPU without a graphics card. Without the first two there is no adapter, which is how the CPU is tested. The third
// keeps canvases as exact as they are there: an accelerated one draws otherwise once it has been read back.
const SOFTWARE_WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-accelerated-2d-canvas',
];

/** Files that need a GPU. */
const OTHERS = /(webgpu|card|devices)\.spec/;

const browser = (args) => ({ launchOptions: { executablePath, args } });

export default defineConfig({
  testDir: 'specs',
  outputDir: '../../target/e2e',
  reporter: 'list',
  // No trace, which takes a twentieth of the time: `cargo xtask test --only e2e -- --trace=retain-on-failure` writes one.
  // `cargo xtask test` runs more where nothing is measured and the CPU does no GPU's work; and what fails once has failed.
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  // What is waited for may be computed, on two cores that another test uses, too. It takes as long only where it fails.
  expect: { timeout: 60_000 },
  // Kept files would answer for those that a test holds back or changes: offline.spec.js alone has them.
  use: { baseURL, viewport: { width: 1280, height: 900 }, locale: 'en-GB', colorScheme: 'light', serviceWorkers: 'block' },
  projects: [
    { name: 'cpu', testIgnore: OTHERS, grepInvert: /@alone/, use: browser(QUIET) },
    // What measures speed, with no other test beside it.
    { name: 'alone', testIgnore: OTHERS, grep: /@alone/, use: browser(QUIET) },
    // Games of the lab run on the CPU until a GPU is worth it, so few of them are tested here again; and what answers late, below,
    // is the harder case and has all the rest.
    { name: 'webgpu', testMatch: /(webgpu|lab)\.spec/, grep: /badge|few steps|with the defaults|search finds|tab was closed/, use: browser([...QUIET, ...SOFTWARE_WEBGPU]) },
    // What answers late is the harder case and has all systems and layers; at once, one of them.
    { name: 'devices', testMatch: /devices\.spec/, grep: /training toy on|twenty/, use: { ...browser([...QUIET, ...SOFTWARE_WEBGPU]), baseURL: devicesURL } },
    // The same adapter, but the engine takes it for a card, and it answers as late as one.
    { name: 'card', testMatch: /(webgpu|card)\.spec/, use: { ...browser([...QUIET, ...SOFTWARE_WEBGPU]), card: true } },
    { name: 'devices-card', testMatch: /devices\.spec/, grepInvert: /twenty/, use: { ...browser([...QUIET, ...SOFTWARE_WEBGPU]), baseURL: devicesURL, card: true } },
  ],
});
