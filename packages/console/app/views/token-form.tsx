import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { keepToken } from '../ui/token.ts';

/** Asks for the bearer token of a guarded server. */
export function TokenForm({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [token, setToken] = useState('');
  return (
    <form
      className="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        keepToken(token.trim());
        onDone();
      }}
    >
      <TextInput
        type="password"
        autoComplete="off"
        label="This server asks for a token"
        description="The content of the file given to the server as --token-file. Kept until this tab is closed."
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <Button type="submit" disabled={token.trim() === ''}>
        Continue
      </Button>
    </form>
  );
}
