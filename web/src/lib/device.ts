const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/HeadlessChrome\/|Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
]
const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
]

const first = (text: string, names: [RegExp, string][]) => names.find(([form]) => form.test(text))?.[1]

/** What a user agent tells a person about a device; undefined where it tells nothing. */
export const deviceOf = (agent: string) => ({
  browser: first(agent, browsers),
  system: first(agent, systems),
  mobile: /iPhone|iPad|Android/.test(agent),
})
