import { useMutation } from '@tanstack/react-query'
import { useI18n } from '@/i18n'
import { FormError } from '../states'
import { Button } from '../ui/button'

interface InlineConfirmProps {
  question: string
  action: string
  onConfirm: () => Promise<unknown>
  onClose: () => void
}

/** Asks again in place, where a dialog over a dialog would hide what it is about. */
export function InlineConfirm({ question, action, onConfirm, onClose }: InlineConfirmProps) {
  const { t } = useI18n()
  const confirm = useMutation({ mutationFn: onConfirm, onSuccess: onClose })
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
      <FormError error={confirm.error} />
    </div>
  )
}
