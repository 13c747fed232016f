import type { ImagePart } from './types'

export const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
export const mostImages = 4
export const mostBytes = 5 * 1_024 * 1_024

export type ImageFault = { fault: 'type' | 'size'; name: string } | { fault: 'count' }

/** Splits what was chosen into what can be sent and what is wrong with the rest. */
export function checkImages(files: readonly File[], already: number): { good: File[]; faults: ImageFault[] } {
  const good: File[] = []
  const faults: ImageFault[] = []
  for (const file of files) {
    if (!imageTypes.includes(file.type)) faults.push({ fault: 'type', name: file.name })
    else if (file.size > mostBytes) faults.push({ fault: 'size', name: file.name })
    else if (already + good.length >= mostImages) {
      if (!faults.some((each) => each.fault === 'count')) faults.push({ fault: 'count' })
    } else good.push(file)
  }
  return { good, faults }
}

export async function readImage(file: File, id: string): Promise<ImagePart> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  const step = 8_192
  for (let at = 0; at < bytes.length; at += step) {
    binary += String.fromCharCode(...bytes.subarray(at, at + step))
  }
  return { id, name: file.name, mediaType: file.type, base64: btoa(binary) }
}

export const imageBlob = (image: ImagePart): Blob =>
  new Blob([Uint8Array.from(atob(image.base64), (char) => char.charCodeAt(0))], { type: image.mediaType })
