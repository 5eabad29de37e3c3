{{%AUTOESCAPE context="HTML"}}
<h1 id="reveal-title">{{#CREATED}}<span data-when="created">API Key Created!</span>{{/CREATED}}{{#REGENERATED}}<span data-when="regenerated">Key Regenerated!</span>{{/REGENERATED}}</h1>
<p class="quiet" id="reveal-text">
  {{#CREATED}}
  <span data-when="created">Copy this key now. You won't be able to see it again.</span>
  {{/CREATED}}
  {{#REGENERATED}}
  <span data-when="regenerated">Copy this new key now. The old key is no longer valid.</span>
  {{/REGENERATED}}
</p>
<label for="full-key">API key “<bdi translate="no" data-slot="name">{{NAME}}</bdi>”</label>
<div class="copyable">
  <textarea id="full-key" class="secret" rows="1" dir="ltr" translate="no" readonly aria-describedby="reveal-text" autocomplete="off" autocapitalize="off" spellcheck="false"{{#PAGE}} autofocus{{/PAGE}}>{{FULL_KEY}}</textarea>
  <button class="primary" type="button" data-copy="full-key" data-scripted hidden><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#copy"></use></svg><span>Copy</span><span class="hidden"> the key</span></button>
</div>
<p class="callout"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#circle-alert"></use></svg><span>Store this key securely. It provides full access to your account via the API.</span></p>
<h2 class="try">Try it</h2>
<div class="copyable command">
  <code id="curl" dir="ltr" translate="no">curl -H "Authorization: Bearer <span data-slot="key">{{FULL_KEY}}</span>" {{ME_URL}}</code>
  <button type="button" data-copy="curl" data-scripted hidden><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#copy"></use></svg><span>Copy</span><span class="hidden"> the command</span></button>
</div>
<p class="message" role="status"></p>
<div class="actions">
  {{#PAGE}}
  <a class="button" href="/settings/api-keys" data-done>Done</a>
  {{/PAGE}}
  {{#DIALOG}}
  <button type="button" data-done>Done</button>
  {{/DIALOG}}
</div>
