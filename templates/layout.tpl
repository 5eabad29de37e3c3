{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<title>{{TITLE}} · {{TENANT_NAME}}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{{STATIC_URL}}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{{STATIC_URL}}/claviger.css">
<script type="module" src="{{STATIC_URL}}/claviger.js"></script>
</head>
<body data-strings="{{STRINGS}}">
{{>CONTENT}}
<div class="toasts" id="toasts" role="status" aria-atomic="false"></div>
</body>
</html>
