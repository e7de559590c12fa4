/** Words of the rendered answer. */
export const strings = {
  copy: "Copy",
  copied: "Copied",
  copyCode: "Copy code",
  copyAddress: "Copy address",
  plainText: "text",
  unknownHost: "unknown host",
  notAnAddress: (url: string): string => `Not a web address: ${url.slice(0, 200)}`,
  image: (host: string, alt: string): string =>
    alt.trim() === ""
      ? `image: ${host} (not loaded)`
      : `image “${alt.trim().slice(0, 80)}”: ${host} (not loaded)`,
};
