/** Where alarms go and who reads by token, as the service tells it. */

export interface ChannelKind {
  kind: string;
  settings: string[];
  available: boolean;
}

/** Where an account is told a person's alarms besides the pages. */
export interface Channel {
  channel_id: string;
  kind: string;
  label: string;
  settings: { url?: string; address?: string; endpoint?: string };
  confirmed: boolean;
  created_at: string;
  /** What signs a webhook's messages; told once. */
  secret?: string;
}

/** By which an app reads or uploads. */
export interface Token {
  token_id: string;
  name: string;
  scopes: string[];
  person_id: string | null;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}
