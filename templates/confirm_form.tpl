{{%AUTOESCAPE context="HTML"}}<h1 id="confirm-title">Regenerate API Key</h1>
<div id="confirm-text">
  <p>Are you sure you want to regenerate “<bdi translate="no" data-slot="name">{{NAME}}</bdi>”? The current key will stop working immediately.</p>
  <p class="quiet"><code dir="ltr" translate="no" data-slot="masked">{{MASKED_KEY}}</code>, <span data-slot="used">{{#USED}}last used <time datetime="{{LAST_USED_AT}}">{{LAST_USED}}</time>{{/USED}}{{#NEVER_USED}}never used{{/NEVER_USED}}</span></p>
  {{#DIALOG}}
  <p class="quiet" data-slot="expires" hidden>The new key expires after the same time as this one.</p>
  <p class="quiet" data-slot="disabled" hidden>This key is disabled. The new key will be enabled.</p>
  {{/DIALOG}}
  {{#EXPIRING}}
  <p class="quiet">The new key expires after the same time as this one.</p>
  {{/EXPIRING}}
  {{#DISABLED}}
  <p class="quiet">This key is disabled. The new key will be enabled.</p>
  {{/DISABLED}}
</div>
<form method="post" action="/settings/api-keys{{#PAGE}}/{{ID}}/regenerate{{/PAGE}}">
  <input type="hidden" name="csrf" value="{{CSRF}}">
  <input type="hidden" name="pageOf" value="{{PAGE_OF}}">
  {{#PAGE}}
  <input type="hidden" name="once" value="{{ONCE}}">
  <p class="error" role="alert">{{ERROR_TEXT}}</p>
  {{/PAGE}}
  <p class="message" role="status"></p>
  <div class="actions">
    {{#PAGE}}
    <a class="button" href="/settings/api-keys" autofocus>Cancel</a>
    {{/PAGE}}
    {{#DIALOG}}
    <button type="button" data-close>Cancel</button>
    {{/DIALOG}}
    <button class="danger" type="submit">Regenerate</button>
  </div>
</form>
