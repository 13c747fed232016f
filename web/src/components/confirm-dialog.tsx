import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useI18n } from '@/i18n'
import { useVersion } from '@/lib/use-version'
import { EditError } from './edit-conflict'
import { Button } from './ui/button'
import { Dialog } from './ui/dialog'
import { Field } from './ui/field'
import { Input } from './ui/input'

interface ConfirmDialogProps {
  title: string
  children: ReactNode
  /** Typed by the user before the button comes alive. */
  name: string
  action: string
  /** Something else must be chosen first. */
  blocked?: boolean
  /** What is destroyed, as it is now; what is confirmed is refused when somebody changed it since the question was asked. */
  read?: () => Promise<{ etag?: string }>
  onConfirm: (etag: string | undefined) => Promise<unknown>
  onClose: () => void
}

/** Every destructive act is confirmed by typing the name of what it destroys. */
export function ConfirmDialog({
  title,
  children,
  name,
  action,
  blocked,
  read,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const { t } = useI18n()
  const [typed, setTyped] = useState('')
  const version = useVersion({ read })
  const confirm = useMutation({
    mutationFn: async () => onConfirm(await version.etag()),
    onSuccess: onClose,
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="danger"
            type="submit"
            form="confirm-form"
            disabled={blocked || typed.trim() !== name}
            busy={confirm.isPending}
          >
            {action}
          </Button>
        </>
      }
    >
      <form
        id="confirm-form"
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!blocked && typed.trim() === name) confirm.mutate()
        }}
      >
        <div className="text-sm text-ink-2">{children}</div>
        <Field label={t('common.typeToConfirm', { name })}>
          {(control) => (
            <Input
              {...control}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
        <EditError edit={version.edit} error={confirm.error} onLoaded={confirm.reset} />
      </form>
    </Dialog>
  )
}
