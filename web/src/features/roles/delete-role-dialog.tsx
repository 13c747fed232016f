import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ConfirmDialog } from '@/components/confirm-dialog'
import { Field } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { useToast } from '@/components/ui/toast'
import { useI18n } from '@/i18n'
import { deleteRole, readRole, rolesQuery, type Role } from '@/lib/api/roles'

interface DeleteRoleDialogProps {
  role: Role
  onClose: () => void
  onDeleted: () => Promise<unknown>
}

/** Whoever holds the role gets another in its place: nobody is left without by accident. */
export function DeleteRoleDialog({ role, onClose, onDeleted }: DeleteRoleDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const roles = useQuery(rolesQuery)
  const [to, setTo] = useState('')
  const held = role.member_count > 0
  return (
    <ConfirmDialog
      title={t('roles.deleteTitle', { name: role.display_name })}
      name={role.name}
      action={t('common.delete')}
      blocked={held && !to}
      onClose={onClose}
      read={() => readRole(role.id)}
      onConfirm={async (etag) => {
        await deleteRole(role.id, to || undefined, etag)
        await onDeleted()
        toast.success(t('roles.deleted'), role.display_name)
      }}
    >
      <div className="grid gap-3">
        <p>{held ? t('roles.deleteHeld', { n: role.member_count }) : t('roles.deleteText')}</p>
        {held && (
          <Field label={t('roles.reassign')}>
            {(control) => (
              <Select {...control} value={to} onChange={(event) => setTo(event.target.value)}>
                <option value="">{t('users.chooseRole')}</option>
                {roles.data?.items
                  .filter((each) => each.id !== role.id)
                  .map((each) => (
                    <option key={each.id} value={each.id}>
                      {each.display_name}
                    </option>
                  ))}
              </Select>
            )}
          </Field>
        )}
      </div>
    </ConfirmDialog>
  )
}
