import { X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button } from '@/components/ui/button'
import { useI18n } from '@/i18n'
import { imageBlob } from './data/images'
import type { ImagePart } from './data/types'

const side = 128

/** Painted, not linked: the content security policy knows neither data: nor blob: addresses. */
export function ImageThumb({ image, onRemove }: { image: ImagePart; onRemove?: () => void }) {
  const { t } = useI18n()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    let gone = false
    void createImageBitmap(imageBlob(image)).then(
      (bitmap) => {
        const context = gone ? null : canvas.current?.getContext('2d')
        const scale = Math.max(side / bitmap.width, side / bitmap.height)
        const [width, height] = [bitmap.width * scale, bitmap.height * scale]
        context?.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height)
        bitmap.close()
      },
      () => {}, // No picture, but its name is there.
    )
    return () => {
      gone = true
    }
  }, [image])
  return (
    <span className="relative inline-flex">
      <canvas
        ref={canvas}
        width={side}
        height={side}
        role="img"
        aria-label={image.name}
        title={image.name}
        className="size-16 rounded-md border border-line bg-sunken"
      />
      {onRemove && (
        <Button
          size="icon-sm"
          aria-label={t('play.detach', { name: image.name })}
          onClick={onRemove}
          className="absolute -end-2 -top-2 size-6 rounded-full"
        >
          <X className="size-3.5!" aria-hidden />
        </Button>
      )}
    </span>
  )
}
