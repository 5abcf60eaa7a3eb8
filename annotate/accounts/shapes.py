"""What an account looks like in replies; for the schema."""

from typing import Any

from rest_framework import serializers


class SessionUser(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    theme = serializers.CharField()
    is_server_admin = serializers.BooleanField()
    may_create_projects = serializers.BooleanField()
    is_volunteer = serializers.BooleanField()


class SessionShape(serializers.Serializer[Any]):
    user = SessionUser(allow_null=True)
    version = serializers.CharField()
    csrf_token = serializers.CharField()


class AccountShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    is_server_admin = serializers.BooleanField()
    may_create_projects = serializers.BooleanField()
    last_login = serializers.DateTimeField(allow_null=True)


class AccountPage(serializers.Serializer[Any]):
    items = AccountShape(many=True)
    next = serializers.CharField(allow_null=True)
