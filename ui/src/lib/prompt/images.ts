import type { Part } from "../backend/types";

/** Largest image that is attached, in bytes. */
export const IMAGE_LIMIT = 10 * 1024 * 1024;

/** Types that the providers take. */
const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** An image fit to be attached, or a sentence that says why not. */
export type ImageResult = { part: Extract<Part, { type: "image" }> } | { problem: string };

/** Reads an image file for a message. */
export async function readImage(file: File): Promise<ImageResult> {
  const name = file.name || "The image";
  if (!TYPES.includes(file.type)) {
    return { problem: `${name} is no PNG, JPEG, GIF or WebP image` };
  }
  if (file.size > IMAGE_LIMIT) {
    return {
      problem: `${name} is larger than the 10 MB that a message may carry; attach a smaller one`,
    };
  }
  if (file.size === 0) return { problem: `${name} is empty` };
  try {
    const data = await base64(file);
    return { part: { type: "image", media_type: file.type, data } };
  } catch {
    return { problem: `${name} could not be read` };
  }
}

/** Returns the image files among what was pasted or dropped. */
export function imageFiles(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(file);
  });
}
