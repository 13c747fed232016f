import { CornerDownLeft, ImagePlus, Square } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '@/components/ui/button'
import { inputStyles } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { cn } from '@/lib/cn'
import { checkImages, imageTypes, mostBytes, mostImages, readImage } from './data/images'
import type { ImagePart } from './data/types'
import { ImageThumb } from './image-thumb'
import { newId } from './use-lane'

interface ComposerProps {
  running: boolean
  /** Why nothing can be asked now. */
  waiting?: string
  disabled: boolean
  onAsk: (text: string, images: ImagePart[]) => void
  onStop: () => void
}

export function Composer({ running, waiting, disabled, onAsk, onStop }: ComposerProps) {
  const { t, f } = useI18n()
  const toast = useToast()
  const [text, setText] = useState('')
  const [images, setImages] = useState<ImagePart[]>([])
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const box = useRef<HTMLTextAreaElement>(null)
  const blocked = running || disabled || Boolean(waiting) || (!text.trim() && images.length === 0)

  const ask = () => {
    if (blocked) return
    onAsk(text.trim(), images)
    setText('')
    setImages([])
  }
  const attach = async (files: File[]) => {
    const { good, faults } = checkImages(files, images.length)
    for (const each of faults) {
      if (each.fault === 'count') toast.failure(t('play.tooManyImages', { n: mostImages }))
      else if (each.fault === 'type') toast.failure(t('play.noImage', { name: each.name }))
      else toast.failure(t('play.tooLarge', { name: each.name, size: f.bytes(mostBytes) }))
    }
    const read = await Promise.all(good.map((file) => readImage(file, newId())))
    setImages((current) => [...current, ...read].slice(0, mostImages))
    box.current?.focus()
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        ask()
      }}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        void attach([...event.dataTransfer.files])
      }}
      className={cn('panel grid gap-2 p-2', over && 'border-accent bg-accent-soft')}
    >
      {images.length > 0 && (
        <div className="flex flex-wrap gap-3 px-1 pt-2">
          {images.map((image) => (
            <ImageThumb
              key={image.id}
              image={image}
              onRemove={() => setImages(images.filter((each) => each.id !== image.id))}
            />
          ))}
        </div>
      )}
      <div className="flex items-end gap-2">
        <input
          ref={picker}
          type="file"
          hidden
          multiple
          accept={imageTypes.join(',')}
          aria-label={t('play.attach')}
          onChange={(event) => {
            void attach([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <Button
          variant="ghost"
          size="icon"
          aria-label={t('play.attach')}
          onClick={() => picker.current?.click()}
        >
          <ImagePlus aria-hidden />
        </Button>
        <textarea
          ref={box}
          aria-label={t('play.message')}
          placeholder={waiting ?? t('play.placeholder')}
          title={t('play.sendHint')}
          rows={1}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => {
            const files = [...event.clipboardData.files]
            if (files.length === 0) return
            event.preventDefault()
            void attach(files)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && running) onStop()
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            ask()
          }}
          className={cn(inputStyles, 'field-sizing-content max-h-48 min-h-8 flex-1 resize-none py-1.5')}
        />
        {running ? (
          <Button onClick={onStop}>
            <Square className="size-3.5! fill-current" aria-hidden />
            {t('play.stop')}
          </Button>
        ) : (
          <Button type="submit" variant="primary" disabled={blocked}>
            <CornerDownLeft aria-hidden />
            {t('play.send')}
          </Button>
        )}
      </div>
    </form>
  )
}
