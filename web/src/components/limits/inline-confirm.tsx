import { useMutation } from '@tanstack/react-query'
import { useI18n } from '@/i18n'
import { useVersion } from '@/lib/use-version'
import { EditError } from '../edit-conflict'
import { Button } from '../ui/button'

interface InlineConfirmProps {
  question: string
  action: string
  /** As in `ConfirmDialog`. */
  read?: () => Promise<{ etag?: string }>
  onConfirm: (etag: string | undefined) => Promise<unknown>
  onClose: () => void
}

/** Asks again in place, where a dialog over a dialog would hide what it is about. */
export function InlineConfirm({ question, action, read, onConfirm, onClose }: InlineConfirmProps) {
  const { t } = useI18n()
  const version = useVersion({ read })
  const confirm = useMutation({
    mutationFn: async () => onConfirm(await version.etag()),
    onSuccess: onClose,
  })
  return (
    <div role="group" aria-label={question} className="grid gap-2 rounded-md bg-bad-soft p-2.5">
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="min-w-40 flex-1 text-sm text-bad">{question}</p>
        <Button size="sm" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        <Button
          size="sm"
          variant="danger"
          autoFocus
          busy={confirm.isPending}
          onClick={() => confirm.mutate()}
        >
          {action}
        </Button>
      </div>
      <EditError edit={version.edit} error={confirm.error} onLoaded={confirm.reset} />
    </div>
  )
}
