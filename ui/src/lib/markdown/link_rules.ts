/**
 * What counts as a web address that may be offered to the user. It opens nothing.
 */

/** An address that may be opened after the user agreed. */
export interface SafeLink {
  /** The whole address with an ASCII (punycode) host. */
  url: string;
  /** The ASCII host with port; for `mailto:` the address written to. */
  host: string;
}

const SCHEMES = new Set(["https:", "http:", "mailto:"]);
/** Longest address offered, in UTF-16 units: what browsers and servers commonly take. */
const LONGEST = 8192;

/** Returns the address in its safe form, or `null` if it is not absolute https, http or mailto. */
export function safeLink(raw: string): SafeLink | null {
  if (raw.length > LONGEST) return null;
  let parsed: URL;
  try {
    parsed = new URL(raw);
  } catch {
    return null;
  }
  if (!SCHEMES.has(parsed.protocol)) return null;
  if (parsed.protocol === "mailto:") {
    const host = decoded(parsed.pathname);
    return host.includes("@") ? { url: parsed.href, host } : null;
  }
  return parsed.host === "" ? null : { url: parsed.href, host: parsed.host };
}

/** Returns whether markdown may treat `url` as a link at all; relative ones are shown as plain text later. */
export function mayBeLink(url: string): boolean {
  // Control characters and blanks are dropped by URL parsers, so they must not hide a scheme here.
  const bare = [...url]
    .filter((ch) => ch > " " && ch !== "\u007f")
    .join("")
    .toLowerCase();
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(bare)?.[1];
  return scheme === undefined || SCHEMES.has(`${scheme}:`);
}

/** Returns whether a link's text already says where it goes: it is the address, or the address without its scheme. */
export function saysWhere(label: string, link: SafeLink): boolean {
  const said = label.trim().toLowerCase();
  const whole = link.url.toLowerCase();
  const bare = whole.replace(/^(https?:\/\/|mailto:)/, "");
  return [whole, bare].some((it) => said === it || said === it.replace(/\/$/, ""));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
