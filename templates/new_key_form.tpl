{{%AUTOESCAPE context="HTML"}}<h1 id="create-title">Create API Key</h1>
<p class="quiet">Give your API key a name to help you identify it later.</p>
<form method="post" action="/settings/api-keys">
  <input type="hidden" name="csrf" value="{{CSRF}}">
  <input type="hidden" name="pageOf" value="{{PAGE_OF}}">
  {{#PAGE}}
  <input type="hidden" name="once" value="{{ONCE}}">
  {{/PAGE}}
  <label for="name">Name</label>
  <input id="name" name="name" type="text" value="{{NAME}}" placeholder="e.g., Zapier, Scripts, Testing" autocomplete="off" data-1p-ignore data-lpignore="true" data-bwignore data-form-type="other" aria-required="true" aria-describedby="name-error"{{#INVALID}} aria-invalid="true"{{/INVALID}}{{#PAGE}} autofocus{{/PAGE}}>
  <p class="error" id="name-error" role="alert">{{ERROR_TEXT}}</p>
  <details class="more"{{#EXPIRES}} open{{/EXPIRES}}>
    <summary>Expiry<svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#chevron-down"></use></svg></summary>
    <div class="pair">
      <div>
        <label for="expires">Expires</label>
        <select id="expires" name="expires" aria-describedby="expires-error"{{#EXPIRY_INVALID}} aria-invalid="true"{{/EXPIRY_INVALID}}>
          {{#OPTION}}
          <option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>
          {{/OPTION}}
        </select>
      </div>
      <div class="on-date">
        <label for="expires-on">Last day (UTC)</label>
        <input id="expires-on" name="expiresOn" type="date" value="{{EXPIRES_ON}}" aria-describedby="expires-error"{{#EXPIRY_INVALID}} aria-invalid="true"{{/EXPIRY_INVALID}}>
      </div>
    </div>
    <p class="error" id="expires-error" role="alert">{{EXPIRY_ERROR_TEXT}}</p>
  </details>
  <p class="message" role="status"></p>
  <div class="actions">
    {{#PAGE}}
    <a class="button" href="/settings/api-keys">Cancel</a>
    {{/PAGE}}
    {{#DIALOG}}
    <button type="button" data-close>Cancel</button>
    {{/DIALOG}}
    <button class="primary" type="submit">Create Key</button>
  </div>
</form>
