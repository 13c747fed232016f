import { Undo2 } from 'lucide-react'
import { useI18n } from '@/i18n'
import { Button } from './ui/button'

/** What was just taken away, with the way back, where it was: a toast is out of reach while a drawer is open. */
export function UndoNote(props: { text: string; busy: boolean; onUndo: () => void }) {
  const { t } = useI18n()
  return (
    <p
      role="status"
      className="flex items-center justify-between gap-3 rounded-lg bg-sunken py-1.5 ps-3 pe-1.5 text-sm text-ink-2"
    >
      {props.text}
      <Button size="sm" busy={props.busy} onClick={props.onUndo}>
        <Undo2 aria-hidden />
        {t('common.undo')}
      </Button>
    </p>
  )
}
