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
